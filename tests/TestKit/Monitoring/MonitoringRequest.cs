using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Monitoring;

/// <summary>A request that the emulator received.</summary>
/// <param name="Target">Its target, with its escapes.</param>
/// <param name="Operation">The operation; null if the emulator does not have it.</param>
/// <param name="Host">Its Host header, which is signed.</param>
/// <param name="Alarm">The alarm in the path, or an empty string.</param>
public sealed record MonitoringRequest(string Target, MonitoringOperation? Operation, string Host, string Alarm)
    : EmulatorRequest<MonitoringOperation>(Operation);
