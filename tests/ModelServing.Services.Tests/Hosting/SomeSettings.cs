using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Hosting;

/// <summary>The settings of a host that only the tests have.</summary>
internal sealed record SomeSettings : HostSettings
{
    internal static SomeSettings OnFreePort { get; } = new() { Urls = "http://127.0.0.1:0", LogFormat = ModelServing.Contracts.LogFormat.Text };
}
