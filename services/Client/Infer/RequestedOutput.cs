namespace ModelServing.OpenInference.Infer;

/// <summary>An output that the answer is to have.</summary>
/// <param name="Name">The output's name in the model.</param>
public sealed record RequestedOutput(string Name)
{
    /// <summary>Gets parameters of this output.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; } = NoParameters.Shared;

    public static implicit operator RequestedOutput(string name) => FromString(name);

    public static RequestedOutput FromString(string name) => new(name);
}
