using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;
using ModelServing.Hosting.Functions;
using ModelServing.Services.Tests.Functions;

namespace ModelServing.Services.Tests.Hosting.Functions;

/// <summary>A handler that a test gives its answers.</summary>
internal sealed class SomeHandler : IFunctionHandler
{
    internal static FunctionAnswer Fine { get; } = new(200, "{}"u8.ToArray());

    internal ConcurrentQueue<FunctionCall> Calls { get; } = [];

    internal Func<FunctionCall, CancellationToken, Task<FunctionAnswer>>? Answer { get; set; }

    internal ILogger? Logger { get; private set; }

    public Task<FunctionAnswer> HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        Calls.Enqueue(call);
        return Answer?.Invoke(call, cancellation) ?? Task.FromResult(Fine);
    }

    /// <summary>A host whose one function it is.</summary>
    internal static async Task<WebApplication> StartAsync(FunctionCaller caller, SomeHandler handler, RecordedLog log)
    {
        var app = ServiceHost.Build(
            "some-function",
            caller.Listening(SomeSettings.OnFreePort),
            (builder, _) =>
            {
                FunctionEndpoints.Add(builder);
                builder.Services.AddSingleton<ILoggerFactory>(log);
                builder.Services.AddKeyedSingleton<IFunctionHandler>(FunctionName.Rollback, handler);
            },
            static (app, settings) => FunctionEndpoints.Map(app, settings, [FunctionName.Rollback]));
        handler.Logger = log.CreateLogger("handler");
        await app.StartAsync();
        await caller.ReadyAsync(app);
        return app;
    }
}
