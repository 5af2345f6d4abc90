using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace ModelServing.Hosting.Logging;

/// <summary>The hosts' logs on standard output: one JSON object per line (Serilog's compact format), or readable lines on a terminal. Lines
/// of one kind are <see cref="SampledSink">sampled</see>, and no text in them reaches a terminal as a command to it.</summary>
internal static class Logs
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    internal static void Add(WebApplicationBuilder builder, string name, HostSettings settings)
    {
        var format = settings.LogFormat ?? (Console.IsOutputRedirected ? LogFormat.Json : LogFormat.Text);
        builder.Services.AddSerilog((services, configuration) => configuration
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // If this category may log at all, ASP.NET Core creates an Activity and a scope for each request. Kestrel logs the
            // requests that threw as well.
            .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
            .Enrich.WithProperty("service", name)
            .Filter.ByExcluding(IsAboutStart)
            .WriteTo.Sink(new SampledSink(
                LoggerSinkConfiguration.CreateSink(console => console.Console(FormatterOf(format))),
                services.GetRequiredService<TimeProvider>())));
    }

    /// <summary>The form of a line.</summary>
    internal static ITextFormatter FormatterOf(LogFormat format) => format == LogFormat.Json
        ? new VisibleJsonFormatter(new RenderedCompactJsonFormatter())
        : new VisibleTextFormatter(new MessageTemplateTextFormatter(
            "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}", CultureInfo.InvariantCulture));

    // The exception also reaches ServiceHost, which prints it in one line, or the runtime, which prints it. A host that could not start
    // cancels its services, and the framework logs those that had not begun.
    private static bool IsAboutStart(LogEvent line) => line.MessageTemplate.Text is "Hosting failed to start" or "Unable to start Kestrel."
        || (line.Exception is OperationCanceledException
            && line.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: HostCategory });
}
