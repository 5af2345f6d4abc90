namespace ModelServing.Registry.Onnx.Values;

/// <summary>The values of one graph or function by their names.</summary>
/// <param name="outer">The graph around it; null for none.</param>
internal sealed class ValueScope(ValueScope? outer)
{
    private readonly Dictionary<string, GraphValue> values = new(StringComparer.Ordinal);

    internal List<GraphValue> Inputs { get; } = [];

    internal List<GraphValue> Outputs { get; } = [];

    internal List<NodeCall> Calls { get; } = [];

    /// <summary>Whether its inputs are set by an outer graph. The callers of the model itself never set one that has an
    /// initializer.</summary>
    internal bool HasFreeInputs => outer is not null;

    internal GraphValue? Find(string name) => values.GetValueOrDefault(name);

    internal GraphValue Add(string name)
    {
        var value = new GraphValue();
        values.Add(name, value);
        return value;
    }

    /// <summary>Finds the outer values that the graph uses.</summary>
    internal void Resolve()
    {
        foreach (var (name, value) in values.Where(static entry => !entry.Value.IsDefined))
        {
            for (var at = outer; at is not null && value.Outer is null; at = at.NextOuter)
            {
                if (at.Find(name) is { IsDefined: true } found)
                    value.SetOuter(found);
            }
        }
    }

    private ValueScope? NextOuter => outer;
}
