using System.Globalization;
using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace ModelServing.Hosting;

/// <summary>The hosts' logs on standard output: one JSON object a line (Serilog's compact format), or readable lines on a terminal.</summary>
internal static class Logs
{
    internal static void Add(WebApplicationBuilder builder, string name, HostSettings settings)
    {
        var format = settings.LogFormat ?? (Console.IsOutputRedirected ? LogFormat.Json : LogFormat.Text);
        builder.Services.AddSerilog(configuration =>
        {
            configuration
                .MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                // Where this one may log at all, ASP.NET Core makes an Activity and a scope for each request. What it would say of
                // a request that threw, Kestrel says too.
                .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
                .Enrich.WithProperty("service", name)
                // Its exception goes on to ServiceHost, which says it in one line, or to the runtime, which prints it.
                .Filter.ByExcluding(static line => line.MessageTemplate.Text == "Hosting failed to start");
            if (format == LogFormat.Json)
                configuration.WriteTo.Console(new RenderedCompactJsonFormatter());
            else
                configuration.WriteTo.Console(outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture);
        });
    }
}
