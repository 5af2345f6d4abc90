using ModelServing.Contracts.Features;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The rules of the feature views that involve more than one value. Paths are relative to the namespace.</summary>
public static class ServedViewRules
{
    // Each one is a part of an environment variable, and reads the whole event log.
    private const int Most = 100;

    /// <summary>The views with their versions, in the order of their names, as the feature server gets them.</summary>
    public static IReadOnlyList<NamedView> ViewsOf(FeatureSettings features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return
        [
            .. features.Views.OrderBy(static view => view.Key)
                .SelectMany(static view => view.Value.Versions.Select(version => new NamedView(view.Key.Text, version.Number))),
        ];
    }

    internal static IEnumerable<SettingsFault> Check(StackSettings settings)
    {
        foreach (var (name, view) in settings.Features.Views)
        {
            var path = $"features.views.{name}.versions";
            if (view.Versions.Count == 0)
                yield return Fault(path, "this is empty; name a published version, or remove the view");
            for (var i = 0; i < view.Versions.Count; i++)
            {
                if (view.Versions[i] is { } version && view.Versions.Take(i).Contains(version))
                    yield return Fault($"{path}[{i}]", $"version {version} is listed twice; remove one");
            }
        }

        if (settings.Features.Views.Sum(static view => view.Value.Versions.Count) is > Most and var count)
            yield return Fault("features.views", $"there are {count} versions of views; the limit is {Most}");
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
