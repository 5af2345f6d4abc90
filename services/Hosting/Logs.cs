using System.Globalization;
using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace ModelServing.Hosting;

/// <summary>The hosts' logs on standard output: one JSON object per line (Serilog's compact format), or readable lines on a
/// terminal.</summary>
internal static class Logs
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    internal static void Add(WebApplicationBuilder builder, string name, HostSettings settings)
    {
        var format = settings.LogFormat ?? (Console.IsOutputRedirected ? LogFormat.Json : LogFormat.Text);
        builder.Services.AddSerilog(configuration =>
        {
            configuration
                .MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                // If this category may log at all, ASP.NET Core creates an Activity and a scope for each request. Kestrel logs the
                // requests that threw as well.
                .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
                .Enrich.WithProperty("service", name)
                .Filter.ByExcluding(IsAboutStart);
            if (format == LogFormat.Json)
                configuration.WriteTo.Console(new RenderedCompactJsonFormatter());
            else
            {
                configuration.WriteTo.Console(
                    outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}",
                    formatProvider: CultureInfo.InvariantCulture);
            }
        });
    }

    // The exception also reaches ServiceHost, which prints it in one line, or the runtime, which prints it. A host that could not start
    // cancels its services, and the framework logs those that had not begun.
    private static bool IsAboutStart(LogEvent line) => line.MessageTemplate.Text is "Hosting failed to start" or "Unable to start Kestrel."
        || (line.Exception is OperationCanceledException
            && line.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: HostCategory });
}
