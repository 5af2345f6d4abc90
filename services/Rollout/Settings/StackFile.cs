using ModelServing.Contracts;

namespace ModelServing.Rollout.Settings;

/// <summary>A stack's settings as they were read, with the place of each.</summary>
public sealed class StackFile
{
    /// <summary>What our keys in a stack file begin with (Pulumi's project name).</summary>
    public const string Namespace = "modelserving:";

    private readonly SettingsNode root;

    private StackFile(StackSettings settings, SettingsNode root)
    {
        Settings = settings;
        this.root = root;
    }

    /// <summary>The settings.</summary>
    public StackSettings Settings { get; }

    /// <summary>Reads a stack file, <c>Pulumi.STACK.yaml</c>. Keys of other namespaces are left alone.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <returns>The settings, or every fault in them.</returns>
    public static (StackFile? File, IReadOnlyList<SettingsFault> Faults) Parse(string yaml)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var faults = new List<SettingsFault>();
        var document = YamlNodes.Read(yaml, faults);
        var config = (document as SettingsNode.Mapping)?["config"];
        if (config is not SettingsNode.Mapping settings)
        {
            // After a fault that ended the reading, nothing is known of the rest.
            if (document is not null || faults.Count == 0)
                faults.Add(FaultOfNoConfig(document, config));
            return (null, InOrder(faults));
        }

        var ours = settings.Entries.Where(static entry => entry.Key.StartsWith(Namespace, StringComparison.Ordinal))
            .Select(static entry => entry with { Key = entry.Key[Namespace.Length..] }).ToList();
        return Read(new SettingsNode.Mapping(ours, settings.Place), faults);
    }

    /// <summary>Holds the settings against the rules that take more than one value.</summary>
    /// <param name="published">The versions of a model that are published.</param>
    /// <returns>Every fault; empty when the settings may be applied.</returns>
    public IReadOnlyList<SettingsFault> Check(Func<ModelName, IReadOnlyCollection<ModelVersion>> published) =>
        [.. RolloutRules.Check(Settings, published).Select(fault => fault with { Path = Namespace + fault.Path, Place = PlaceOf(fault.Path) })];

    /// <summary>A fault of one setting that only its reader could find, with its place.</summary>
    /// <param name="path">The setting, relative to the namespace, as in <c>local.port</c>.</param>
    /// <param name="message">What is wrong, and what would be right.</param>
    public SettingsFault Fault(string path, string message)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new SettingsFault(Namespace + path, message, PlaceOf(path));
    }

    private static (StackFile?, IReadOnlyList<SettingsFault>) Read(SettingsNode.Mapping ours, List<SettingsFault> faults)
    {
        var settings = (StackSettings)new SettingsReader(faults).ReadGroup(typeof(StackSettings), ours, Namespace);
        return faults.Count > 0 ? (null, InOrder(faults)) : (new StackFile(settings, ours), faults);
    }

    private static SettingsFault FaultOfNoConfig(SettingsNode? document, SettingsNode? config) => document is not SettingsNode.Mapping
        ? new SettingsFault("", $"the file has to be a map with the key 'config'; it is {(document ?? new SettingsNode.Empty(null)).Kind}", document?.Place)
        : new SettingsFault(
            "config",
            config is null or SettingsNode.Empty
                ? $"missing: a map with the key '{Namespace}models'"
                : $"this is {config.Kind}; it has to be a map with the key '{Namespace}models'",
            (config ?? document).Place);

    // As they stand in the file.
    private static List<SettingsFault> InOrder(List<SettingsFault> faults) =>
        [.. faults.OrderBy(static fault => (fault.Place?.Line ?? 0, fault.Place?.Column ?? 0))];

    // The place of a setting, or of the nearest thing around it that stands in the file.
    private Place? PlaceOf(string path)
    {
        var (node, place) = (root, root.Place);
        foreach (var key in path.Split('.'))
        {
            if (node is not SettingsNode.Mapping mapping || mapping[key] is not { } inner)
                break;
            (node, place) = (inner, inner.Place);
        }

        return place;
    }
}
