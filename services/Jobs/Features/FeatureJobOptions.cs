using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Oci;
using ModelServing.Registry;

namespace ModelServing.Jobs.Features;

/// <summary>The options that the jobs of the feature store share: where the registry and the event log are, and how much memory a job
/// may use.</summary>
internal sealed class FeatureJobOptions
{
    private static readonly string RegistryVariable = HostEnvironment.NameOf("Registry");

    private readonly Option<string?> registry = new("--registry")
    {
        Description = $"The registry: file:FOLDER or oci:NAMESPACE/BUCKET. Default: {RegistryVariable}.",
    };

    private readonly Option<string?> events = new("--events")
    {
        Description = "The folder of the event log, if it is on this machine. The events in the registry are read anyway.",
    };

    private readonly Option<int> memory = new("--memory-mb")
    {
        Description = "The memory for rows and events, in megabytes; anything beyond it goes to disk.",
        DefaultValueFactory = static _ => 512,
    };

    private readonly Option<bool> stopsWithInput = new("--stop-with-input") { Description = "Stop when standard input ends." };

    /// <param name="readsEvents">Whether the job reads the event log on this machine.</param>
    internal void AddTo(Command command, bool readsEvents = true)
    {
        command.Options.Add(registry);
        if (readsEvents)
            command.Options.Add(events);
        command.Options.Add(memory);
        command.Options.Add(stopsWithInput);
    }

    internal bool StopsWithInput(ParseResult arguments) => arguments.GetValue(stopsWithInput);

    /// <exception cref="JobException">No registry is named.</exception>
    /// <exception cref="ContractException">The location is wrong.</exception>
    internal IObjectStore OpenStore(ParseResult arguments) => ObjectStores.Open(
        arguments.GetValue(registry) ?? Environment.GetEnvironmentVariable(RegistryVariable)
            ?? throw Wrong($"--registry is missing, and {RegistryVariable} is not set"),
        OciSettings.Read(HostEnvironment.OfProcess));

    /// <exception cref="JobException">The folder does not exist.</exception>
    internal string? Events(ParseResult arguments) => arguments.GetValue(events) is not { } folder ? null
        : Directory.Exists(folder) ? folder
        : throw Wrong($"--events: the folder {folder} does not exist");

    /// <exception cref="JobException">It is too little or too much.</exception>
    internal int Megabytes(ParseResult arguments) => arguments.GetValue(memory) is >= 64 and <= 1024 * 1024 and var given
        ? given
        : throw Wrong("--memory-mb: it must be from 64 to 1048576");

    /// <summary>Reads the names of views: <c>NAME:N</c> or <c>NAME/vN</c>.</summary>
    /// <param name="texts">The names.</param>
    /// <param name="isTable">Whether the views are columns of one table, which has one version of each.</param>
    /// <exception cref="JobException">A text is another one, or names a view twice.</exception>
    internal static List<ViewId> ViewsOf(IEnumerable<string> texts, bool isTable = true)
    {
        var views = new List<ViewId>();
        foreach (var text in texts)
        {
            var parts = text.Replace("/v", ":", StringComparison.Ordinal).Split(':');
            if (parts is not [var name, var number] || !ViewName.TryParse(name, out var view)
                || !ModelVersion.TryParse(number, null, out var version))
                throw Wrong($"--view: '{text}' is not a view and its version, such as card-activity/v1");
            if (isTable && views.Exists(other => other.View == view))
                throw Wrong($"--view: {view} is there twice; one table has one version of a view");
            if (views.Contains(new ViewId(view, version.Number)))
                throw Wrong($"--view: {text} is there twice");
            views.Add(new ViewId(view, version.Number));
        }

        return views;
    }

    internal static JobException Wrong(string message) => new(JobExit.WrongInput, message);
}
