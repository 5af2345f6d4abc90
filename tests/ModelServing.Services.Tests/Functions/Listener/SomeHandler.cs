using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions;
using ModelServing.Functions.Listener;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Functions.Listener;

/// <summary>A handler whose answers a test provides.</summary>
internal sealed class SomeHandler : IFunctionHandler
{
    /// <summary>The settings of a host with one function; it never opens the journal.</summary>
    internal static FunctionsHostSettings Settings { get; } = new()
    {
        Function = FunctionName.Rollback,
        Journal = HostSources.Sqlite("unused"),
        Urls = "http://127.0.0.1:0",
        LogFormat = LogFormat.Text,
    };

    internal static FunctionAnswer Fine { get; } = new(200, "{}"u8.ToArray());

    internal ConcurrentQueue<FunctionCall> Calls { get; } = [];

    internal Func<FunctionCall, CancellationToken, Task<FunctionAnswer>>? Answer { get; set; }

    internal ILogger? Logger { get; private set; }

    public Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        Calls.Enqueue(call);
        return Answer?.Invoke(call, cancellation) ?? Task.FromResult(Fine);
    }

    /// <summary>Starts a host with the handler as its only function.</summary>
    internal static async Task<WebApplication> StartAsync(FunctionCaller caller, SomeHandler handler, RecordedLog log)
    {
        var settings = caller.Listening(Settings);
        var app = ServiceHost.Build(
            "some-function",
            settings,
            (builder, _) =>
            {
                FunctionEndpoints.Add(builder);
                builder.Services.AddSingleton<ILoggerFactory>(log);
                builder.Services.AddKeyedSingleton<IFunctionHandler>(FunctionName.Rollback, handler);
            },
            static (app, settings) => FunctionEndpoints.Map(app, settings, [FunctionName.Rollback]),
            FunctionsHost.Listen(settings));
        handler.Logger = log.CreateLogger("handler");
        await app.StartAsync();
        await caller.ReadyAsync(app);
        return app;
    }
}
