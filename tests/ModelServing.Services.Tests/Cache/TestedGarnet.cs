using System.Net;
using Garnet;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cache;

/// <summary>Garnet in this process, as <c>ms up</c> hosts it.</summary>
internal sealed class TestedGarnet : TestedCache
{
    private GarnetServer? server;

    private TestedGarnet()
    {
    }

    internal override IPEndPoint Address { get; } = RawServer.NobodyThere();

    internal override string Password { get; } = Guid.NewGuid().ToString("N");

    internal static async Task<TestedCache> StartAsync()
    {
        var garnet = new TestedGarnet();
        await garnet.RestartAsync();
        return garnet;
    }

    internal override Task KillAsync()
    {
        server?.Dispose();
        server = null;
        return Task.CompletedTask;
    }

    internal override Task RestartAsync()
    {
        server = new GarnetServer([
            "--bind",
            $"{Address.Address}",
            "--port",
            $"{Address.Port}",
            "--auth",
            "Password",
            "--password",
            Password,
            "--memory",
            "64m",
            "--page",
            "1m",
            "--segment",
            "64m",
            "--index",
            "1m",
        ]);
        server.Start();
        return Task.CompletedTask;
    }
}
