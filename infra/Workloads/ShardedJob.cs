using System.Globalization;
using ModelServing.Contracts.Predictions;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Batch.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>An indexed Job: each of its pods runs services/Jobs for one part of the work. A part that is done is not done again, so a pod
/// that is tried again does no harm.</summary>
internal static class ShardedJob
{
    // How often a part is tried again after a failure. Each attempt outlasts about twenty minutes without the service that it needs.
    private const int Retries = 3;

    // What the process needs besides the memory for rows. DuckDB takes up to twice that: it counts only a part of what lists need.
    private const int ProcessMemoryMbs = 512;

    // What a container logs.
    private const int LogMbs = 128;

    /// <summary>The job, without its pods.</summary>
    /// <param name="shards">The number of parts, each of which has a pod.</param>
    /// <param name="deadline">When the job is ended.</param>
    /// <param name="container">The name of the container.</param>
    internal static JobSpecArgs Spec(int shards, TimeSpan deadline, string container) => new()
    {
        CompletionMode = "Indexed",
        Completions = shards,
        Parallelism = shards,
        // For each part: one that fails does not end the others.
        BackoffLimitPerIndex = Retries,
        ActiveDeadlineSeconds = (int)deadline.TotalSeconds,
        PodFailurePolicy = new PodFailurePolicyArgs
        {
            Rules =
            [
                // A pod that makes room for another, or whose node is removed, has not failed.
                new PodFailurePolicyRuleArgs
                {
                    Action = "Ignore",
                    OnPodConditions = [new PodFailurePolicyOnPodConditionsPatternArgs { Type = "DisruptionTarget", Status = "True" }],
                },
                new PodFailurePolicyRuleArgs
                {
                    Action = "FailIndex",
                    OnExitCodes = new PodFailurePolicyOnExitCodesRequirementArgs
                    {
                        ContainerName = container,
                        Operator = "In",
                        Values = [ExportJobSettings.WrongInput],
                    },
                },
            ],
        },
    };

    /// <summary>What a pod requests: as much as its limits.</summary>
    internal static InputMap<string> Requests(int rowMemoryMbs, int scratchGbs)
    {
        var requests = Limits(rowMemoryMbs, scratchGbs);
        requests.Add("cpu", "250m");
        return requests;
    }

    internal static InputMap<string> Limits(int rowMemoryMbs, int scratchGbs) => new()
    {
        ["memory"] = Quantity(2 * rowMemoryMbs + ProcessMemoryMbs, "Mi"),
        ["ephemeral-storage"] = Quantity(scratchGbs * 1024 + LogMbs, "Mi"),
    };

    /// <summary>The folder where rows wait that do not fit into memory.</summary>
    internal static string Scratch(int gbs) => Quantity(gbs, "Gi");

    private static string Quantity(int number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;
}
