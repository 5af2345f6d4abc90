using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Functions;

/// <summary>The functions' program in this process, called in one of the two ways.</summary>
internal sealed class RunningFunctions : IAsyncDisposable
{
    private readonly FunctionsHostSettings settings;
    private readonly Action<IServiceCollection>? replace;
    private WebApplication app;

    private RunningFunctions(WebApplication app, FunctionCaller caller, FunctionsHostSettings settings, Action<IServiceCollection>? replace)
    {
        this.app = app;
        Caller = caller;
        this.settings = settings;
        this.replace = replace;
    }

    internal FunctionCaller Caller { get; }

    internal IServiceProvider Services => app.Services;

    internal static async Task<RunningFunctions> StartAsync(
        FunctionCaller caller,
        FunctionsHostSettings settings,
        Action<IServiceCollection>? replace = null) =>
        new(await RunAsync(caller, settings, replace), caller, settings, replace);

    internal async Task RestartAsync()
    {
        await app.StopAsync(FunctionCaller.Token);
        await app.DisposeAsync();
        Caller.DropIdle();
        app = await RunAsync(Caller, settings, replace);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Caller.DisposeAsync();
    }

    private static async Task<WebApplication> RunAsync(
        FunctionCaller caller,
        FunctionsHostSettings settings,
        Action<IServiceCollection>? replace)
    {
        var listening = caller.Listening(settings with { LogFormat = LogFormat.Text });
        var app = ServiceHost.Build(
            "functions",
            listening,
            (builder, settings) =>
            {
                FunctionsHost.Add(builder, settings);
                replace?.Invoke(builder.Services);
            },
            FunctionsHost.Map,
            FunctionsHost.Listen(listening));
        await app.StartAsync(FunctionCaller.Token);
        await caller.ReadyAsync(app);
        return app;
    }
}
