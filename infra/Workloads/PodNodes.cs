using ModelServing.Contracts;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;

namespace ModelServing.Infra.Workloads;

/// <summary>Which nodes a pod may run on. A node decides what its pods reach, so with nodes of their own, routers run there and nothing
/// else does.</summary>
internal static class PodNodes
{
    /// <summary>The nodes of <paramref name="program"/>'s pods; null for any.</summary>
    internal static AffinityArgs? For(ClusterContext context, string program) => context.RoutersHaveNodes
        ? Require(program == ClusterNames.Router ? "In" : "NotIn", ClusterNames.RouterPool)
        : null;

    private static AffinityArgs Require(string comparison, string pool) => new()
    {
        NodeAffinity = new NodeAffinityArgs
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelectorArgs
            {
                NodeSelectorTerms =
                [
                    new NodeSelectorTermArgs
                    {
                        MatchExpressions =
                        [
                            new NodeSelectorRequirementArgs { Key = ClusterNames.PoolLabel, Operator = comparison, Values = [pool] },
                        ],
                    },
                ],
            },
        },
    };
}
