using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The platform on one machine: <c>modelserving:local</c>, which only <c>ms up</c> reads.</summary>
public sealed record LocalSettings
{
    [Setting("The port of the API on 127.0.0.1. By default 8080, or the next free port, which is printed.", Min = "1", Max = "65535")]
    public int? Port { get; init; }

    [Setting("The folder for the platform's state, relative to the stack file. By default, `.modelserving/STACK`.")]
    public string? State { get; init; }

    [Setting("The folder of the model registry, relative to the stack file. By default, `registry` in the state folder.")]
    public string? Registry { get; init; }
}
