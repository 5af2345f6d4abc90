using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Batch.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The CronJob that calls ModelMetrics each minute. OCI's own scheduler cannot: its shortest interval is an hour. The job runs the
/// functions' image with other arguments, and only makes that call.</summary>
internal static class MinuteJob
{
    // A job that cannot start in time is skipped, because the next is due. ModelMetrics posts the minutes that it missed.
    private static readonly TimeSpan StartingDeadline = TimeSpan.FromSeconds(50);

    // The call ends before the next one is due.
    private static readonly TimeSpan Call = TimeSpan.FromSeconds(55);

    // The time a pod needs to start and to end, in addition to the call.
    private static readonly TimeSpan AroundCall = TimeSpan.FromSeconds(30);

    internal static void Add(ClusterContext context, MinuteJobArgs job, OciSettings oci, K8s.Core.V1.ServiceAccount account)
    {
        var environment = Output.Tuple(job.FunctionId.ToOutput(), job.InvokeEndpoint.ToOutput()).Apply(function => new InvocationSettings
        {
            FunctionId = function.Item1,
            Endpoint = function.Item2,
            InvokeTimeout = Call,
            Oci = oci,
        }.ToEnvironment());
        var pods = new JobPods
        {
            Name = ClusterNames.ModelMetrics,
            Container = "invoke",
            Image = job.Image,
            Args = [.. InvocationSettings.Arguments(FunctionName.ModelMetrics)],
            Environment = environment,
            Requests = new InputMap<string> { ["cpu"] = "50m", ["memory"] = "128Mi", ["ephemeral-storage"] = "16Mi" },
            Limits = new InputMap<string> { ["memory"] = "256Mi", ["ephemeral-storage"] = "128Mi" },
            Scratch = "64Mi",
            Grace = TimeSpan.FromSeconds(5),
            Account = account,
        };
        // No retries: the next minute's job is the retry. A job that hangs would hold up the next one, so it is stopped.
        var spec = new JobSpecArgs { BackoffLimit = 0, ActiveDeadlineSeconds = (int)(Call + AroundCall).TotalSeconds };
        pods.AddCronJob(context, "* * * * *", StartingDeadline, spec, job.Policy);
    }
}
