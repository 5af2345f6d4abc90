namespace ModelServing.OpenInference.Infer;

/// <summary>The answer of a model.</summary>
/// <param name="Model">The model's name, as the server gives it.</param>
/// <param name="Version">The version that answered; null if the server does not say.</param>
/// <param name="Id">The identifier of the request; null if it had none.</param>
/// <param name="Parameters">What the server says about the answer.</param>
public sealed record InferResult(
    string Model,
    string? Version,
    string? Id,
    IReadOnlyList<InferOutput> Outputs,
    IReadOnlyDictionary<string, ParameterValue> Parameters)
{
    /// <summary>Gets the answer's headers, such as the variant that answered.</summary>
    public AnswerHeaders Headers { get; init; } = AnswerHeaders.None;

    /// <summary>Returns an output.</summary>
    /// <exception cref="KeyNotFoundException">The answer has no such output.</exception>
    public InferOutput this[string name] => Outputs.FirstOrDefault(output => output.Name == name)
        ?? throw new KeyNotFoundException($"the answer has no output '{name}', but {string.Join(", ", Outputs.Select(each => each.Name))}");
}
