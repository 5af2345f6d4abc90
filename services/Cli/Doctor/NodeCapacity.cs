using ModelServing.Settings.Cloud;

namespace ModelServing.Cli.Doctor;

/// <summary>What a number of nodes have in all.</summary>
/// <param name="Count">The number of nodes.</param>
/// <param name="Ocpus">Their cores.</param>
/// <param name="MemoryGbs">Their memory in GB.</param>
internal readonly record struct NodeCapacity(double Count, double Ocpus, double MemoryGbs)
{
    /// <summary>The nodes of a cluster's pools, with the autoscaler at its maximum: those of our pods, those of the routers, and those of
    /// the add-ons, which may be smaller.</summary>
    internal static NodeCapacity From(ClusterSettings cluster)
    {
        var (nodes, system) = (cluster.Nodes, cluster.SystemNodes);
        var scaled = nodes.Max + (cluster.RouterNodes?.Max ?? 0);
        return new(
            scaled + system.Count,
            (scaled * nodes.Ocpus) + (system.Count * system.Ocpus),
            (scaled * nodes.MemoryInGbs) + (system.Count * system.MemoryInGbs));
    }

    internal NodeCapacity Plus(NodeCapacity other) => new(Count + other.Count, Ocpus + other.Ocpus, MemoryGbs + other.MemoryGbs);

    /// <summary>What is missing beyond what is there already.</summary>
    internal NodeCapacity Without(NodeCapacity there) => new(
        Math.Max(0, Count - there.Count), Math.Max(0, Ocpus - there.Ocpus), Math.Max(0, MemoryGbs - there.MemoryGbs));
}
