using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;
using ModelServing.Settings.Yaml;
using YamlDotNet.Core;

namespace ModelServing.Settings;

/// <summary>The settings of a stack, read from the stack file or from Pulumi's configuration, with the position of each.</summary>
public sealed class StackFile
{
    /// <summary>The prefix of our keys in a stack file: the name of the Pulumi project.</summary>
    public const string Namespace = BucketName.Project + ":";

    private const string LocalKey = "local";

    private readonly SettingsNode root;

    private StackFile(StackSettings settings, CloudSettings? cloud, SettingsNode root)
    {
        Settings = settings;
        Cloud = cloud;
        this.root = root;
    }

    /// <summary>The settings of the models, and of the platform on one machine.</summary>
    public StackSettings Settings { get; }

    /// <summary>The settings of the cloud; null if they were not read.</summary>
    public CloudSettings? Cloud { get; }

    /// <summary>Whether the file names a region, whether or not the settings of the cloud were read. <c>pulumi</c> knows no
    /// other.</summary>
    public bool IsForCloud => root is SettingsNode.Mapping settings && settings["region"] is not null;

    /// <summary>The size of the settings in the variable in which Pulumi hands them to its program.</summary>
    internal int ConfigurationBytes => PulumiConfiguration.BytesOf(root);

    /// <summary>Reads a stack file, <c>Pulumi.STACK.yaml</c>. Keys of other namespaces are ignored.</summary>
    /// <param name="yaml">The text of the file.</param>
    /// <param name="cloud">True to read the settings of the cloud too, and to skip those of one machine.</param>
    /// <returns>The settings or every fault in them.</returns>
    public static (StackFile? File, IReadOnlyList<SettingsFault> Faults) Parse(string yaml, bool cloud = false)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        var faults = new List<SettingsFault>();
        var document = YamlNodes.Read(yaml, faults);
        var config = (document as SettingsNode.Mapping)?["config"];
        if (config is not SettingsNode.Mapping settings)
        {
            // If a fault stopped the reading, the rest of the file is unknown.
            if (document is not null || faults.Count == 0)
                faults.Add(MissingConfig(document, config));
            return (null, InOrder(faults));
        }

        var ours = settings.Entries.Where(static entry => entry.Key.StartsWith(Namespace, StringComparison.Ordinal))
            .Select(static entry => entry with { Key = entry.Key[Namespace.Length..] }).ToList();
        return Read(new SettingsNode.Mapping(ours, settings.Position), cloud, faults);
    }

    /// <summary>Reads all settings, including those of the cloud, from the configuration that Pulumi passes to its program. Each key has a
    /// text, which is JSON for maps and lists. Encrypted values have been decrypted.</summary>
    /// <param name="get">Returns the text of a key, without the namespace, or null.</param>
    /// <returns>The settings or every fault in them.</returns>
    public static (StackFile? File, IReadOnlyList<SettingsFault> Faults) FromConfiguration(Func<string, string?> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        var (entries, faults) = (new List<MappingEntry>(), new List<SettingsFault>());
        foreach (var property in SettingsReader.Roots)
        {
            var key = SettingsReader.KeyOf(property);
            if (get(key) is not { } text)
                continue;
            var value = SettingForm.Find(property.PropertyType) is null
                ? JsonNodes.Read(text, Namespace + key, faults)
                : new SettingsNode.Scalar(text, null);
            entries.Add(new MappingEntry(key, value, null));
        }

        return Read(new SettingsNode.Mapping(entries, null), cloud: true, faults);
    }

    /// <summary>Edits settings in the text of a stack file. Everything else, comments and order included, keeps every character.</summary>
    /// <param name="yaml">The text of the file.</param>
    /// <param name="edits">The edits, in the order in which they are applied.</param>
    /// <returns>The new text, or the reasons why the file cannot be edited.</returns>
    public static (string? Yaml, IReadOnlyList<SettingsFault> Faults) Change(string yaml, IReadOnlyList<StackEdit> edits)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(edits);
        var (changed, faults) = (yaml, new List<SettingsFault>());
        var before = YamlNodes.Read(yaml, faults);
        if (faults.Count > 0)
            return (null, InOrder(faults));
        foreach (var edit in edits)
        {
            try
            {
                changed = edit.ApplyTo(changed);
            }
            catch (YamlEditException e)
            {
                return (null, [new SettingsFault(Namespace + edit.Setting, e.Message, null)]);
            }
            catch (YamlException)
            {
                return (null, [CannotEdit]);
            }
        }

        // The result is read back, so a wrong edit is never written to a file.
        var expected = Leaves(before).ToDictionary(static leaf => leaf.Path, static leaf => (string?)leaf.Text, StringComparer.Ordinal);
        foreach (var edit in edits)
            edit.ApplyTo(expected);
        var actual = Leaves(YamlNodes.Read(changed, faults)).ToList();
        return faults.Count == 0 && actual.Count == expected.Count && actual.All(leaf => expected.GetValueOrDefault(leaf.Path) == leaf.Text)
            ? (changed, faults)
            : (null, [CannotEdit]);
    }

    /// <summary>These settings with other settings of the cloud.</summary>
    public StackFile With(CloudSettings cloud) => new(Settings, cloud, root);

    /// <summary>Checks the rules that involve more than one value.</summary>
    /// <param name="published">Returns the published versions of a model.</param>
    /// <returns>Every fault; empty if the settings may be applied.</returns>
    public IReadOnlyList<SettingsFault> Check(Func<ModelName, IReadOnlyCollection<ModelVersion>> published) =>
        [.. Check(), .. RolloutRules.CheckPublished(Settings, published).Select(AtItsPosition)];

    /// <summary>Checks the rules that involve more than one value, except whether versions are published.</summary>
    /// <returns>Every fault; empty if the settings alone show no reason not to apply them.</returns>
    public IReadOnlyList<SettingsFault> Check()
    {
        var faults = RolloutRules.Check(Settings).Concat(PoolRules.Check(Settings)).Concat(ClientRules.Check(Settings, Cloud))
            .Concat(PredictionRules.Check(Settings)).Concat(ServedViewRules.Check(Settings))
            .Concat(SizeRules.Check(Settings, root, IsForCloud));
        if (Cloud is { } cloud)
            faults = faults.Concat(CloudRules.Check(Settings, cloud));
        return [.. faults.Select(AtItsPosition)];
    }

    /// <summary>Every setting that names a version, relative to the namespace, such as <c>models.fraud.stable.version</c>.</summary>
    public IReadOnlyList<(string Setting, ModelName Model, ModelVersion Version)> NamedVersions() =>
    [
        .. from model in Settings.Models
           from named in RolloutRules.Named(model.Key, model.Value)
           select (named.Setting, model.Key, named.Version),
    ];

    /// <summary>The versions that must answer the requests of a stable version's callers, each with its setting: canaries and arms, unless
    /// the file allows them another interface.</summary>
    public IReadOnlyList<(string Setting, ModelName Model, ModelVersion Stable, ModelVersion Version)> ComparedVersions() =>
    [
        .. from model in Settings.Models
           from compared in RolloutRules.Compared(model.Key, model.Value)
           select (compared.Setting, model.Key, model.Value.Stable.Version, compared.Version),
    ];

    /// <summary>Makes the fault of a version of <see cref="ComparedVersions"/> that can't answer all requests of the stable version's
    /// callers.</summary>
    /// <param name="setting">The setting that names the version.</param>
    /// <param name="stable">The stable version.</param>
    /// <param name="missing">A clause for each difference, about the version.</param>
    public SettingsFault InterfaceFault(
        string setting, ModelName model, ModelVersion stable, ModelVersion version, IEnumerable<string> missing) => Fault(
        setting,
        $"version {version} of {model} can't answer all requests of the stable version {stable}: {string.Join("; ", missing)}. Publish a " +
        "version with the same inputs and outputs, or set allowOtherInterface: true beside this setting");

    /// <summary>Makes a fault of one setting, with its position. It is for faults that only the caller can find.</summary>
    /// <param name="path">The setting, relative to the namespace, such as <c>local.port</c>.</param>
    /// <param name="message">What is wrong, and what would be right.</param>
    public SettingsFault Fault(string path, string message)
    {
        ArgumentNullException.ThrowIfNull(path);
        return AtItsPosition(new SettingsFault(path, message, null));
    }

    private SettingsFault AtItsPosition(SettingsFault fault) =>
        fault with { Path = Namespace + fault.Path, Position = PositionOf(fault.Path) };

    // One map contains the settings of both roots. A reader of one root ignores the keys of the other, whatever their values are. A local
    // platform does not use encrypted settings, so it ignores them even if it does not know their keys.
    private static (StackFile?, IReadOnlyList<SettingsFault>) Read(SettingsNode.Mapping ours, bool cloud, List<SettingsFault> faults)
    {
        // A local platform can't decrypt secrets, so it accepts them in plain text.
        var reader = new SettingsReader(faults, plainSecrets: !cloud);
        var stackKeys = Keys(typeof(StackSettings));
        var readable = cloud
            ? Without(ours, static entry => entry.Key == LocalKey)
            : Without(ours, entry => entry.Value is SettingsNode.Mapping { IsEncrypted: true } && !stackKeys.Contains(entry.Key));
        var settings = (StackSettings)reader.ReadGroup(typeof(StackSettings), readable, Namespace, Keys(typeof(CloudSettings)));
        var cloudSettings = cloud ? (CloudSettings)reader.ReadGroup(typeof(CloudSettings), ours, Namespace, stackKeys) : null;
        return faults.Count > 0 ? (null, InOrder(faults.Distinct())) : (new StackFile(settings, cloudSettings, ours), faults);
    }

    private static SettingsFault CannotEdit => new("", "this file is written in a way that cannot be edited in place", null);

    // The single values under a node, by path.
    private static IEnumerable<(string Path, string Text)> Leaves(SettingsNode? node, string path = "") => node switch
    {
        SettingsNode.Mapping map => map.Entries.SelectMany(entry => Leaves(entry.Value, $"{path}/{entry.Key}")),
        SettingsNode.Sequence list => list.Items.SelectMany((item, i) => Leaves(item, $"{path}/[{i}]")),
        SettingsNode.Scalar scalar => [(path, scalar.Text)],
        _ => [],
    };

    private static string[] Keys(Type root) => [.. SettingsReader.Properties(root).Select(SettingsReader.KeyOf)];

    private static SettingsNode.Mapping Without(SettingsNode.Mapping mapping, Func<MappingEntry, bool> isExcluded) =>
        mapping with { Entries = [.. mapping.Entries.Where(entry => !isExcluded(entry))] };

    private static SettingsFault MissingConfig(SettingsNode? document, SettingsNode? config)
    {
        if (document is not SettingsNode.Mapping)
        {
            var kind = (document ?? new SettingsNode.Empty(null)).Kind;
            return new SettingsFault("", $"the file must be a map with the key 'config'; it is {kind}", document?.Position);
        }

        return new SettingsFault(
            "config",
            config is null or SettingsNode.Empty
                ? $"missing: a map with the key '{Namespace}models'"
                : $"this is {config.Kind}; it must be a map with the key '{Namespace}models'",
            (config ?? document).Position);
    }

    private static List<SettingsFault> InOrder(IEnumerable<SettingsFault> faults) =>
        [.. faults.OrderBy(static fault => (fault.Position?.Line ?? 0, fault.Position?.Column ?? 0))];

    // The position of a setting. If the setting is not in the file, the position of the innermost map or list around it that is.
    private TextPosition? PositionOf(string path)
    {
        var (node, position) = (root, root.Position);
        foreach (var key in path.Split('.', '['))
        {
            var inner = node switch
            {
                SettingsNode.Mapping mapping => mapping[key],
                SettingsNode.Sequence list when TryParseIndex(key, out var i) && i < list.Items.Count => list.Items[i],
                _ => null,
            };
            if (inner is null)
                break;
            (node, position) = (inner, inner.Position);
        }

        return position;
    }

    private static bool TryParseIndex(string key, out int index) =>
        int.TryParse(key.TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
