using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>The settings of a host that exists only in tests.</summary>
internal sealed record SomeSettings : HostSettings
{
    internal static SomeSettings OnFreePort { get; } = new()
    {
        Urls = "http://127.0.0.1:0",
        LogFormat = ModelServing.Contracts.LogFormat.Text,
    };
}
