using System.Text.Json.Nodes;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Stacks.Preview;

/// <summary>The number of nodes of a pool.</summary>
/// <param name="Least">The smallest number.</param>
/// <param name="Most">The largest number.</param>
internal readonly record struct NodePoolSize(decimal Least, decimal Most)
{
    // The autoscaler's setting is "MIN:MAX:POOL", or several of them. A pool that it does not scale keeps its size.
    internal static NodePoolSize From(PreviewResource pool, StackSnapshot stack)
    {
        var start = Placeholder.StartOf(pool.Type, pool.Name);
        foreach (var addon in stack.Resources.Where(static resource => resource.Type == ResourceTypes.Addon))
        {
            foreach (var setting in (addon.Inputs["configurations"] as JsonArray ?? []).OfType<JsonObject>())
            {
                foreach (var range in (InputTree.TextAt(setting, "value") ?? "").Split(',', StringSplitOptions.TrimEntries))
                {
                    if (range.Split(':', 3) is [var least, var most, var id] && id.StartsWith(start, StringComparison.Ordinal)
                        && InputTree.Parse(least, out var from) && InputTree.Parse(most, out var to))
                        return new(from, to);
                }
            }
        }

        var size = InputTree.NumberAt(pool.Inputs, "nodeConfigDetails", "size");
        return new(size, size);
    }
}
