using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Monitoring;

/// <summary>What fires, as a stand-in for Monitoring answers it to a GET of <see cref="Path"/>.</summary>
/// <param name="Alarms">One for each stream that an alarm fires for.</param>
public sealed record FiringAlarms([property: JsonRequired] IReadOnlyList<FiringAlarm> Alarms)
{
    /// <summary>The path. Monitoring itself is asked in two calls: for the alarms' states, then for each that fires its streams.</summary>
    public const string Path = "/firing";

    /// <summary>The answer as JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.FiringAlarms);

    /// <summary>Reads the answer.</summary>
    /// <exception cref="ContractException">It is none; the message names the place.</exception>
    public static FiringAlarms Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.FiringAlarms, "answer about alarms");
}
