using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Cli.Up;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Cli;

/// <summary>Hosts that are shell scripts. They write the address of the test's health server, and wait for the end of their standard
/// input.</summary>
internal sealed class StandInHosts : IAsyncDisposable
{
    /// <summary>The part of a script that makes the host ready.</summary>
    internal const string WriteAddress = "printf $HEALTH > $MODELSERVING_ADDRESS_FILE.new; mv $MODELSERVING_ADDRESS_FILE.new " +
        "$MODELSERVING_ADDRESS_FILE";

    private readonly WebApplication health;

    internal StandInHosts()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        health = builder.Build();
        health.MapGet(InferencePaths.HealthReady, static () => Results.Ok());
        health.MapGet(
            InferencePaths.Models + "{model}/versions/{version}/ready",
            (string model, string version) => Refused.TryGetValue($"{model} v{version}", out var refusal)
                ? Results.Json(
                    new Dictionary<string, object>
                    {
                        ["ready"] = false,
                        ["reason"] = refusal.Reason,
                        [PoolDocument.EndedProcessMember] = refusal.HasEndedProcess,
                    },
                    statusCode: 503)
                : Results.Ok());
    }

    /// <summary>The versions that the hosts say are not ready.</summary>
    internal ConcurrentDictionary<string, (string Reason, bool HasEndedProcess)> Refused { get; } = new();

    internal Uri Address => new(health.Urls.First());

    internal async Task StartAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in hosts are shell scripts");
        await health.StartAsync();
    }

    internal HostProgram Program(string script) => new("/bin/sh", ["-c", $"HEALTH={health.Urls.First()}; {script}"]);

    public ValueTask DisposeAsync() => health.DisposeAsync();
}
