// The one binary. Hidden entry points first: they start often and must start fast.

import Commands
import Engine
import EngineAPI
import Glibc
import Kube
import Linux

CreationMask.settle()
let arguments = CommandLine.arguments
switch arguments.count > 1 ? arguments[1] : "" {
case "__monitor": exit(MonitorMain.run(Array(arguments.dropFirst(2))))
case "__step": exit(BuildStepMain.run())
case "__pull": exit(PullMain.run(Array(arguments.dropFirst(2))))
case "__exec": exit(ExecMain.run(Array(arguments.dropFirst(2))))
case "__engine": exit(EngineWorkerMain.run())
case "__verb": exit(VerbMain.run(arguments))
case "__kube": exit(ClusterServerMain.run(Array(arguments.dropFirst(2))))
case ProxyMain.verb: exit(ProxyMain.run(Array(arguments.dropFirst(2))))
case ClusterDNSMain.verb: exit(ClusterDNSMain.run(Array(arguments.dropFirst(2))))
case "__kubelet": exit(KubeletMain.run(Array(arguments.dropFirst(2))))
default: exit(CommandLineMain.run(arguments))
}
