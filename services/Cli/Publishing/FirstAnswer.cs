using System.Text.Json;
using ModelServing.Registry;

namespace ModelServing.Cli.Publishing;

/// <summary>What a model answered to zeros before it was published.</summary>
/// <param name="Values">The values of each output as text, by name; empty without an answer.</param>
/// <param name="Failure">Why there is no answer; null if there is one.</param>
internal sealed record FirstAnswer(Manifest Manifest, IReadOnlyDictionary<string, string> Values, string? Failure)
{
    // More would not fit a line.
    private const int MostValues = 8;

    internal static readonly IReadOnlyDictionary<string, string> NoValues = new Dictionary<string, string>();

    /// <summary>The outputs of an answer.</summary>
    /// <exception cref="JsonException">It is not an answer of the Open Inference Protocol.</exception>
    internal static Dictionary<string, string> ValuesOf(JsonElement answer)
    {
        if (!answer.TryGetProperty("outputs", out var outputs) || outputs.ValueKind != JsonValueKind.Array)
            throw new JsonException("the answer has no outputs");
        return outputs.EnumerateArray().ToDictionary(
            static output => output.GetProperty("name").GetString()!,
            static output =>
            {
                var data = output.GetProperty("data");
                var shown = data.EnumerateArray().Take(MostValues).Select(static value => value.GetRawText());
                return string.Join(", ", shown) + (data.GetArrayLength() > MostValues ? ", ..." : "");
            });
    }

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
