using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview.Capacity;

/// <summary>What one pod asks of a node.</summary>
/// <param name="Cpu">Thousandths of a processor.</param>
/// <param name="Memory">MiB of memory.</param>
/// <param name="Disk">MiB of the node's disk.</param>
internal readonly record struct PodRequest(decimal Cpu, decimal Memory, decimal Disk)
{
    /// <summary>Reads the requests of the only container of a pod.</summary>
    internal static PodRequest From(JsonNode? pod)
    {
        var requests = (pod?["containers"] as JsonArray)?[0]?["resources"]?["requests"];
        return new(
            Quantity(requests, "cpu", 1000), Quantity(requests, "memory", Mebi), Quantity(requests, "ephemeral-storage", Mebi));
    }

    private const decimal Mebi = 1m / (1024 * 1024);

    private static decimal Quantity(JsonNode? requests, string name, decimal scale)
    {
        var text = InputTree.TextAt(requests, name) ?? "";
        var (digits, unit) = text switch
        {
            [.. var number, 'M', 'i'] => (number, 1024m * 1024),
            [.. var number, 'G', 'i'] => (number, 1024m * 1024 * 1024),
            [.. var number, 'm'] => (number, 0.001m),
            _ => (text, 1m),
        };
        return InputTree.Parse(digits, out var parsed) ? parsed * unit * scale : 0;
    }
}
