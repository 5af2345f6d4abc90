using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Hosting;
using ModelServing.Hosting.Access;

namespace ModelServing.Functions.Listener;

/// <summary>Makes functions of handlers: on a socket by the Fn contract if OCI Functions has started the program, else each at its own path
/// by plain HTTP. The platform decides which of the two it is (<see cref="FunctionsHostSettings.Listener"/>).</summary>
internal static class FunctionEndpoints
{
    /// <summary>Prepares the host for calls.</summary>
    internal static void Add(WebApplicationBuilder builder) =>
        // The code that reads a call limits its size, and so its caller gets an answer that it understands.
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            // Latin-1 keeps the bytes of a header as they are.
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        });

    /// <summary>Adds the paths.</summary>
    /// <param name="app">The host. Its services have an <see cref="IFunctionHandler"/> under the key of each function, which is created at
    /// that function's first call.</param>
    /// <param name="settings">The host's settings.</param>
    /// <param name="functions">The functions; exactly one if OCI Functions calls.</param>
    /// <exception cref="ContractException">Calls would need no secret.</exception>
    internal static void Map(WebApplication app, FunctionsHostSettings settings, IReadOnlyCollection<FunctionName> functions)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ModelServing.Functions");
        if (settings.Listener is { } listener)
        {
            app.Run(new FnCalls(listener, RunnerOf(functions.Single()), logger).HandleAsync);
            return;
        }

        var secret = new RunSecret(settings.RunSecret ?? throw new ContractException(
            $"the environment variable {HostEnvironment.NameOf(nameof(settings.RunSecret))} is not set; outside of OCI Functions it " +
                $"must be "
                + $"the secret that callers send in {HeaderNames.RunSecret}"));
        foreach (var function in functions)
        {
            var calls = new HttpCalls(RunnerOf(function), secret, time);
            app.Map(
                FunctionPaths.PathOf(function),
                AccessedPath.Record(app.Services, AccessSource.Functions, function.ToString(), calls.HandleAsync));
        }

        FunctionRunner RunnerOf(FunctionName function)
        {
            var runner = new FunctionRunner(function, () => app.Services.GetRequiredKeyedService<IFunctionHandler>(function), time, logger);
            app.Lifetime.ApplicationStopped.Register(runner.Dispose);
            return runner;
        }
    }
}
