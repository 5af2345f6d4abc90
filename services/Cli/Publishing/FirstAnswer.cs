using ModelServing.Registry;

namespace ModelServing.Cli.Publishing;

/// <summary>What a model answered to zeros before it was published.</summary>
/// <param name="Values">The values of each output as text, by name; empty without an answer.</param>
/// <param name="Failure">Why there is no answer; null if there is one.</param>
internal sealed record FirstAnswer(Manifest Manifest, IReadOnlyDictionary<string, string> Values, string? Failure)
{
    /// <summary>The inputs and outputs, a line each.</summary>
    internal IEnumerable<string> Lines()
    {
        foreach (var input in Manifest.Inputs)
            yield return $"  input   {input}";
        foreach (var output in Manifest.Outputs)
            yield return $"  output  {output}" + (Values.TryGetValue(output.Name, out var values) ? $", for zeros: {values}" : "");
        if (Failure is not null)
            yield return $"  It was loaded, but not run with zeros: {Failure}";
    }
}
