namespace ModelServing.Stacks.Preview.Capacity;

/// <summary>Places pods on equal nodes as a scheduler might: the largest first, each on the first node that has room.</summary>
internal static class NodeFilling
{
    /// <summary>Places as many pods as possible.</summary>
    /// <param name="pods">What they ask for.</param>
    /// <param name="node">An empty node.</param>
    /// <param name="nodes">The largest number of nodes.</param>
    /// <returns>How many pods have a place, and how many nodes they need.</returns>
    internal static (int Placed, int Nodes) Fill(IEnumerable<PodRequest> pods, NodeRoom node, int nodes)
    {
        var (free, placed) = (new List<NodeRoom>(), 0);
        // Pods of one size come together, and each finds no room where the last of its size found none.
        foreach (var group in pods.GroupBy(static pod => pod).OrderByDescending(group => ShareOf(group.Key, node)))
        {
            var at = 0;
            foreach (var pod in group)
            {
                while (at < free.Count && !free[at].Holds(pod))
                    at++;
                if (at == free.Count)
                {
                    if (free.Count == nodes || !node.Holds(pod))
                        break;
                    free.Add(node);
                }

                free[at] = free[at].Without(pod);
                placed++;
            }
        }

        return (placed, free.Count);
    }

    /// <summary>What a node runs out of first with such pods.</summary>
    internal static string Scarcest(IReadOnlyCollection<PodRequest> pods, NodeRoom node)
    {
        (string Name, decimal Share)[] shares =
        [
            ("pods per node", pods.Count / Math.Max(1, node.Pods)),
            ("processors", pods.Sum(static pod => pod.Cpu) / Math.Max(1, node.Cpu)),
            ("memory", pods.Sum(static pod => pod.Memory) / Math.Max(1, node.Memory)),
            ("disk", pods.Sum(static pod => pod.Disk) / Math.Max(1, node.Disk)),
        ];
        return shares.MaxBy(static share => share.Share).Name;
    }

    // The largest part of a node that a pod takes.
    private static decimal ShareOf(PodRequest pod, NodeRoom node) => Math.Max(
        Math.Max(1 / Math.Max(1, node.Pods), pod.Cpu / Math.Max(1, node.Cpu)),
        Math.Max(pod.Memory / Math.Max(1, node.Memory), pod.Disk / Math.Max(1, node.Disk)));
}
