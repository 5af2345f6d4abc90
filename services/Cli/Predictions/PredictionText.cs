using System.Globalization;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Predictions;

/// <summary>The parts of a prediction as text for people.</summary>
internal static class PredictionText
{
    private const int MostCharacters = 40;

    /// <summary>A tensor's elements, as in <c>[0.5, 1, 2, ... 100 in all]</c>; one element without brackets.</summary>
    /// <param name="most">The most elements that are shown.</param>
    internal static string Elements(PredictionTensor tensor, int most)
    {
        if (tensor.Data is not { } data)
            return Omitted(tensor);
        var count = data.GetArrayLength();
        if (count == 1)
            return Element(data[0]);
        var shown = string.Join(", ", data.EnumerateArray().Take(most).Select(Element));
        return count <= most ? $"[{shown}]" : string.Create(CultureInfo.InvariantCulture, $"[{shown}, ... {count:N0} in all]");
    }

    internal static string Shape(PredictionTensor tensor) =>
        string.Create(CultureInfo.InvariantCulture, $"[{string.Join(',', tensor.Shape)}]");

    /// <summary>The variant with its version and trial, as in <c>canary v2, trial 1</c>.</summary>
    internal static string Assignment(PredictionDocument prediction) => string.Create(
        CultureInfo.InvariantCulture,
        $"{VisibleText.From(prediction.Variant)} v{prediction.Version}{(prediction.Trial is { } trial ? $", trial {trial}" : "")}");

    /// <summary>The attempt's number, or the attempt that a note of the router is about.</summary>
    internal static string Attempt(PredictionDocument prediction) => prediction.Attempt > PredictionAttempts.NoAnswer
        ? string.Create(CultureInfo.InvariantCulture, $"{prediction.Attempt - PredictionAttempts.NoAnswer} (the router's note)")
        : prediction.Attempt.ToString(CultureInfo.InvariantCulture);

    /// <summary>How the attempt ended, as in <c>200</c> or <c>504 deadline</c>.</summary>
    internal static string Ending(PredictionDocument prediction)
    {
        var status = prediction.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer";
        return status
            + (prediction.Reason is { } reason ? $" {VisibleText.From(reason)}" : "")
            + (prediction.NonFinite ? ", not finite" : "")
            + (prediction.Comparison ? ", for comparison" : "");
    }

    internal static string Outcome(ObservedOutcome? outcome) => outcome is null ? "unknown" : VisibleText.From(outcome.Value.ToString());

    internal static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal static string Milliseconds(double time) => time.ToString("0.0##", CultureInfo.InvariantCulture);

    private static string Element(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return element.GetRawText();
        var text = VisibleText.From(element.GetString()!);
        return text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
    }

    private static string Omitted(PredictionTensor tensor)
    {
        var at = tensor.ObjectKey is { } pointer ? $", {VisibleText.From(pointer)}"
            : tensor.Digest is { } digest ? $", {VisibleText.From(digest)}"
            : "";
        return $"({VisibleText.From(tensor.Omitted ?? "omitted")}{at})";
    }
}
