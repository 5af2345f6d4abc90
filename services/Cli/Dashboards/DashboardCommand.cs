using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Cli.Dashboards;

/// <summary><c>ms dashboard</c>: the dashboards, generated from the metric catalogue.</summary>
internal static class DashboardCommand
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static Command Create()
    {
        var kind = new Argument<string>("KIND")
        {
            Description = "grafana: the metrics of the processes, in Prometheus. oci: the metrics of the models, in OCI Monitoring.",
        };
        kind.AcceptOnlyFromAmong("grafana", "oci");
        var command = new Command("dashboard", "Print a dashboard as JSON, to import into Grafana or into OCI's console.") { kind };
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, (_, _) =>
        {
            Console.Out.Write(Text(arguments.GetValue(kind) == "oci" ? OciDashboard.Make() : GrafanaDashboard.Make()));
            return Task.FromResult(ExitCode.Done);
        }));
        return command;
    }

    /// <summary>The text of a dashboard's file.</summary>
    internal static string Text(JsonObject dashboard) => dashboard.ToJsonString(Options) + "\n";
}
