using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>How the platform runs on one machine: <c>modelserving:local</c>, which only <c>ms up</c> reads.</summary>
public sealed record LocalSettings
{
    /// <summary>The port of the API on 127.0.0.1.</summary>
    [Setting("The port of the API on 127.0.0.1. Without it 8080, or the next free one, which is printed.", Least = "1", Most = "65535")]
    public int? Port { get; init; }

    /// <summary>The folder for what the platform keeps on this machine.</summary>
    [Setting("The folder for what the platform keeps on this machine, relative to the stack file. Without it `.modelserving/STACK`.")]
    public string? State { get; init; }

    /// <summary>The folder of the model registry.</summary>
    [Setting("The folder of the model registry, relative to the stack file. Without it `registry` in the state folder.")]
    public string? Registry { get; init; }
}
