using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelServing.Services.Tests.Cli;

/// <summary>A replacement for the functions' process that records the calls.</summary>
internal sealed class StandInFunctions : IAsyncDisposable
{
    private readonly WebApplication app;

    internal StandInFunctions()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (Calls)
                Calls.Add((context.Request.Path, body.ToArray()));
            context.Response.StatusCode = Status;
            await context.Response.WriteAsync("{}");
        });
    }

    internal Uri Address => new(app.Urls.First());

    internal List<(string Path, byte[] Payload)> Calls { get; } = [];

    internal int Status { get; set; } = 200;

    internal Task StartAsync() => app.StartAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
