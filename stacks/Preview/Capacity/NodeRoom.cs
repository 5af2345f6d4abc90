using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview.Capacity;

/// <summary>What a node has for our pods.</summary>
/// <param name="Pods">The number of pods.</param>
/// <param name="Cpu">Thousandths of a processor.</param>
/// <param name="Memory">MiB of memory.</param>
/// <param name="Disk">MiB of disk.</param>
internal readonly record struct NodeRoom(decimal Pods, decimal Cpu, decimal Memory, decimal Disk)
{
    // The pods that OKE runs on each node (network, storage, proxies), with room for an agent or two, and what they ask for. OKE publishes
    // neither, so these are estimates on the safe side, like what is below.
    private const int SystemPods = 8;
    private const decimal SystemCpu = 250;
    private const decimal SystemMemory = 500;

    // Of a boot volume, the operating system and the images take a part, and Kubernetes evicts pods before the rest is full.
    private const decimal DiskShare = 0.7m;

    /// <summary>Reads a pool.</summary>
    internal static NodeRoom From(JsonObject pool)
    {
        var ocpus = InputTree.NumberAt(pool, "nodeShapeConfig", "ocpus");
        var memory = InputTree.NumberAt(pool, "nodeShapeConfig", "memoryInGbs");
        // An OCPU of Ampere A1 is one processor, of other shapes two.
        var isSingle = InputTree.TextAt(pool, "nodeShape")?.StartsWith("VM.Standard.A1", StringComparison.Ordinal) == true;
        return new(
            InputTree.NumberAt(pool, "nodeConfigDetails", "nodePoolPodNetworkOptionDetails", "maxPodsPerNode") - SystemPods,
            (ocpus * (isSingle ? 1000 : 2000)) - ReservedCpu(ocpus) - SystemCpu,
            (memory * 1024) - ReservedMemory(memory) - SystemMemory,
            InputTree.NumberAt(pool, "nodeSourceDetails", "bootVolumeSizeInGbs") * DiskShare * 1024);
    }

    internal bool Holds(PodRequest pod) => Pods >= 1 && Cpu >= pod.Cpu && Memory >= pod.Memory && Disk >= pod.Disk;

    internal NodeRoom Without(PodRequest pod) => new(Pods - 1, Cpu - pod.Cpu, Memory - pod.Memory, Disk - pod.Disk);

    // What Kubernetes' usual rule keeps for the node itself: 60 thousandths for the first OCPU, and less for each of the others.
    private static decimal ReservedCpu(decimal ocpus) =>
        60 + Math.Clamp(ocpus - 1, 0, 1) * 10 + Math.Clamp(ocpus - 2, 0, 2) * 5 + Math.Max(0, ocpus - 4) * 3;

    // The same for memory, in MiB: a quarter of the first 4 GB, a fifth of the next 4, a tenth of the next 8, and 6% of the rest.
    private static decimal ReservedMemory(decimal gigabytes) => 1024 * (
        (Math.Clamp(gigabytes, 0, 4) * 0.25m)
        + (Math.Clamp(gigabytes - 4, 0, 4) * 0.2m)
        + (Math.Clamp(gigabytes - 8, 0, 8) * 0.1m)
        + (Math.Max(0, gigabytes - 16) * 0.06m));
}
