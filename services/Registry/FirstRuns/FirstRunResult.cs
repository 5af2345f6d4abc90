using ModelServing.Registry.Safety;

namespace ModelServing.Registry.FirstRuns;

/// <summary>What a first run showed.</summary>
public sealed record FirstRunResult
{
    /// <summary>Why the model is refused; null if it is not.</summary>
    public Finding? Finding { get; init; }

    /// <summary>Why nothing is known; null if something is.</summary>
    public string? Unknown { get; init; }

    /// <summary>The first values of each output for zeros, by its name; empty if the model did not answer.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>Why the model does not accept zeros; null if it does.</summary>
    public string? NoAnswer { get; init; }
}
