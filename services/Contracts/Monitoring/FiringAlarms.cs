using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Monitoring;

/// <summary>The firing alarms: the answer of a stand-in for Monitoring to a GET of <see cref="Path"/>.</summary>
/// <param name="Alarms">One for each stream for which an alarm fires.</param>
public sealed record FiringAlarms([property: JsonRequired] IReadOnlyList<FiringAlarm> Alarms)
{
    /// <summary>The path. Monitoring itself needs two calls: one for the alarms' states, then one for the streams of each firing
    /// alarm.</summary>
    public const string Path = "/firing";

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.FiringAlarms);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static FiringAlarms Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.FiringAlarms, "answer about alarms");
}
