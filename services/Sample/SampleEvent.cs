using System.Text.Json;

namespace ModelServing.Sample;

/// <summary>An event of the feature store: a payment, or that a payment was a fraud.</summary>
/// <param name="Source"><see cref="SampleFeatures.Payments"/> or <see cref="SampleFeatures.Frauds"/>.</param>
/// <param name="Id">The payment's number.</param>
/// <param name="Time">The payment's time.</param>
/// <param name="KnownTime">When it became known.</param>
/// <param name="CardId">The card, which is the customer's number.</param>
/// <param name="Cents">The amount in hundredths of the currency; null for a fraud, whose payment has it.</param>
public sealed record SampleEvent(
    string Source, string Id, DateTimeOffset Time, DateTimeOffset KnownTime, int CardId, int TerminalId, int? Cents)
{
    /// <summary>Writes it as a member of a post to the feature server, and as a line of the file for <c>ms features ingest</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteString("source"u8, Source);
        json.WriteString("id"u8, Id);
        json.WriteString("time"u8, SampleForm.Text(Time));
        json.WriteString("knownTime"u8, SampleForm.Text(KnownTime));
        json.WriteStartObject("fields"u8);
        json.WriteNumber(SampleFeatures.CardId, CardId);
        json.WriteNumber(SampleFeatures.TerminalId, TerminalId);
        if (Cents is { } cents)
            json.WriteNumber(SampleFeatures.Amount, SampleForm.Amount(cents));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
