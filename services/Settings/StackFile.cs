using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;
using ModelServing.Settings.Yaml;
using YamlDotNet.Core;

namespace ModelServing.Settings;

/// <summary>A stack's settings as they were read, with the place of each: from the stack file, or from what Pulumi made of it.</summary>
public sealed class StackFile
{
    /// <summary>What our keys in a stack file begin with (Pulumi's project name).</summary>
    public const string Namespace = BucketName.Project + ":";

    private const string LocalKey = "local";

    private readonly SettingsNode root;

    private StackFile(StackSettings settings, CloudSettings? cloud, SettingsNode root)
    {
        Settings = settings;
        Cloud = cloud;
        this.root = root;
    }

    /// <summary>The settings of the models and of one machine.</summary>
    public StackSettings Settings { get; }

    /// <summary>The settings of the cloud; null where they were not asked for.</summary>
    public CloudSettings? Cloud { get; }

    /// <summary>Reads a stack file, <c>Pulumi.STACK.yaml</c>. Keys of other namespaces are left alone.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="cloud">Read the settings of the cloud too, and not those of one machine.</param>
    /// <returns>The settings, or every fault in them.</returns>
    public static (StackFile? File, IReadOnlyList<SettingsFault> Faults) Parse(string yaml, bool cloud = false)
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
        return Read(new SettingsNode.Mapping(ours, settings.Place), cloud, faults);
    }

    /// <summary>Reads the settings, those of the cloud too, from what Pulumi hands to its program: a text for each key, JSON where the
    /// stack file has a map or a list; what was encrypted is decrypted.</summary>
    /// <param name="get">The text of a key, without the namespace; null for none.</param>
    /// <returns>The settings, or every fault in them.</returns>
    public static (StackFile? File, IReadOnlyList<SettingsFault> Faults) FromConfiguration(Func<string, string?> get)
    {
        ArgumentNullException.ThrowIfNull(get);
        var (entries, faults) = (new List<MappingEntry>(), new List<SettingsFault>());
        foreach (var property in SettingsReader.Roots)
        {
            var key = SettingsReader.KeyOf(property);
            if (get(key) is { } text)
                entries.Add(new MappingEntry(key, SettingForm.Find(property.PropertyType) is null ? JsonNodes.Read(text, Namespace + key, faults) : new SettingsNode.Scalar(text, null), null));
        }

        return Read(new SettingsNode.Mapping(entries, null), cloud: true, faults);
    }

    /// <summary>Changes settings in the text of a stack file; comments, order and all else keep every character.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="edits">The changes, one after the other.</param>
    /// <returns>The text, or what is in the way.</returns>
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
                return (null, [CannotChange]);
            }
        }

        // A text that the edit got wrong must never become somebody's file.
        var expected = Leaves(before).Where(leaf => leaf.Text is not null).ToDictionary(static leaf => leaf.Path, static leaf => leaf.Text, StringComparer.Ordinal);
        foreach (var edit in edits)
            edit.ApplyTo(expected);
        var found = Leaves(YamlNodes.Read(changed, faults)).Where(static leaf => leaf.Text is not null).ToList();
        return faults.Count == 0 && found.Count == expected.Count && found.All(leaf => expected.GetValueOrDefault(leaf.Path) == leaf.Text)
            ? (changed, faults)
            : (null, [CannotChange]);
    }

    /// <summary>These settings with others of the cloud.</summary>
    public StackFile With(CloudSettings cloud) => new(Settings, cloud, root);

    /// <summary>Holds the settings against the rules that take more than one value.</summary>
    /// <param name="published">The versions of a model that are published.</param>
    /// <returns>Every fault; empty when the settings may be applied.</returns>
    public IReadOnlyList<SettingsFault> Check(Func<ModelName, IReadOnlyCollection<ModelVersion>> published) =>
        [.. Check(), .. RolloutRules.CheckPublished(Settings, published).Select(Placed)];

    /// <summary>Holds the settings against the rules that take more than one value, but for what is published.</summary>
    /// <returns>Every fault; empty when the settings may be applied as far as they alone show it.</returns>
    public IReadOnlyList<SettingsFault> Check() =>
        [.. RolloutRules.Check(Settings).Concat(ClientRules.Check(Settings, Cloud)).Concat(Cloud is { } cloud ? CloudRules.Check(Settings, cloud) : []).Select(Placed)];

    /// <summary>Every setting that names a version, relative to the namespace, as in <c>models.fraud.stable.version</c>.</summary>
    public IReadOnlyList<(string Setting, ModelName Model, ModelVersion Version)> NamedVersions() =>
        [.. Settings.Models.SelectMany(static pair => RolloutRules.Named(pair.Key, pair.Value).Select(named => (named.Setting, pair.Key, named.Version)))];

    /// <summary>A fault of one setting that only its reader could find, with its place.</summary>
    /// <param name="path">The setting, relative to the namespace, as in <c>local.port</c>.</param>
    /// <param name="message">What is wrong, and what would be right.</param>
    public SettingsFault Fault(string path, string message)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Placed(new SettingsFault(path, message, null));
    }

    private SettingsFault Placed(SettingsFault fault) => fault with { Path = Namespace + fault.Path, Place = PlaceOf(fault.Path) };

    // One map holds the settings of both roots; who needs only one leaves the other's keys alone, whatever stands there. One machine has
    // no use for what is encrypted, and may not even know its name.
    private static (StackFile?, IReadOnlyList<SettingsFault>) Read(SettingsNode.Mapping ours, bool cloud, List<SettingsFault> faults)
    {
        var reader = new SettingsReader(faults);
        var readable = cloud ? Without(ours, static entry => entry.Key == LocalKey) : Without(ours, static entry => entry.Value is SettingsNode.Mapping { IsEncrypted: true } && !Keys(typeof(StackSettings)).Contains(entry.Key));
        var settings = (StackSettings)reader.ReadGroup(typeof(StackSettings), readable, Namespace, Keys(typeof(CloudSettings)));
        var ofCloud = cloud ? (CloudSettings)reader.ReadGroup(typeof(CloudSettings), ours, Namespace, Keys(typeof(StackSettings))) : null;
        return faults.Count > 0 ? (null, InOrder(faults.Distinct())) : (new StackFile(settings, ofCloud, ours), faults);
    }

    private static SettingsFault CannotChange => new("", "the way this file is written, it can't be changed in place", null);

    private static IEnumerable<(string Path, string? Text)> Leaves(SettingsNode? node, string path = "") => node switch
    {
        SettingsNode.Mapping map => map.Entries.SelectMany(entry => Leaves(entry.Value, $"{path}/{entry.Key}")),
        SettingsNode.Sequence list => list.Items.SelectMany((item, i) => Leaves(item, $"{path}/[{i}]")),
        SettingsNode.Scalar scalar => [(path, scalar.Text)],
        _ => [(path, null)],
    };

    private static string[] Keys(Type root) => [.. SettingsReader.Properties(root).Select(SettingsReader.KeyOf)];

    private static SettingsNode.Mapping Without(SettingsNode.Mapping mapping, Func<MappingEntry, bool> isOut) => mapping with { Entries = [.. mapping.Entries.Where(entry => !isOut(entry))] };

    private static SettingsFault FaultOfNoConfig(SettingsNode? document, SettingsNode? config) => document is not SettingsNode.Mapping
        ? new SettingsFault("", $"the file has to be a map with the key 'config'; it is {(document ?? new SettingsNode.Empty(null)).Kind}", document?.Place)
        : new SettingsFault(
            "config",
            config is null or SettingsNode.Empty
                ? $"missing: a map with the key '{Namespace}models'"
                : $"this is {config.Kind}; it has to be a map with the key '{Namespace}models'",
            (config ?? document).Place);

    // As they stand in the file.
    private static List<SettingsFault> InOrder(IEnumerable<SettingsFault> faults) =>
        [.. faults.OrderBy(static fault => (fault.Place?.Line ?? 0, fault.Place?.Column ?? 0))];

    // The place of a setting, or of the nearest thing around it that stands in the file.
    private TextPosition? PlaceOf(string path)
    {
        var (node, place) = (root, root.Place);
        foreach (var key in path.Split('.', '['))
        {
            var inner = node switch
            {
                SettingsNode.Mapping mapping => mapping[key],
                SettingsNode.Sequence list when int.TryParse(key.TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < list.Items.Count => list.Items[i],
                _ => null,
            };
            if (inner is null)
                break;
            (node, place) = (inner, inner.Place);
        }

        return place;
    }
}
