using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Hosting.Functions;

/// <summary>Makes functions of handlers: on a socket by the Fn contract where OCI Functions has started the program, and each at its own path
/// by plain HTTP elsewhere. Which of the two it is, is the platform's to say (<see cref="HostSettings.Listener"/>).</summary>
public static class FunctionEndpoints
{
    /// <summary>Adds what calls of functions need.</summary>
    public static void Add(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Read and bounded where a call is: the caller gets an answer that it understands.
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
    }

    /// <summary>Adds the paths.</summary>
    /// <param name="app">The host. Its services have an <see cref="IFunctionHandler"/> under the key of each function, which is made at that
    /// function's first call.</param>
    /// <param name="settings">The host's settings.</param>
    /// <param name="functions">The functions; one where OCI Functions calls.</param>
    public static void Map(WebApplication app, HostSettings settings, IReadOnlyCollection<FunctionName> functions)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(functions);
        var time = app.Services.GetRequiredService<TimeProvider>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ModelServing.Functions");
        if (settings.Listener is { } listener)
        {
            app.Run(new FnCalls(listener, RunnerOf(functions.Single()), logger).HandleAsync);
            return;
        }

        foreach (var function in functions)
            app.Map(FunctionPaths.PathOf(function), new HttpCalls(RunnerOf(function), time).HandleAsync);

        FunctionRunner RunnerOf(FunctionName function)
        {
            var runner = new FunctionRunner(function, () => app.Services.GetRequiredKeyedService<IFunctionHandler>(function), time, logger);
            app.Lifetime.ApplicationStopped.Register(runner.Dispose);
            return runner;
        }
    }
}
