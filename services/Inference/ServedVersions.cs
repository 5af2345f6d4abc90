using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;

namespace ModelServing.Inference;

/// <summary>The versions that the service serves: one, or those of its pool. They are the same from its start to its end.</summary>
internal sealed class ServedVersions : IDisposable
{
    private readonly Dictionary<(ModelName, ModelVersion), ServedVersion> byName;

    public ServedVersions(IServiceScopeFactory scopes, IReadOnlyList<VersionSettings> settings)
    {
        All = [.. settings.Select(version => new ServedVersion(scopes, version))];
        byName = All.ToDictionary(static version => (version.Settings.Model, version.Settings.Version));
    }

    internal IReadOnlyList<ServedVersion> All { get; }

    /// <summary>The models, each with its versions.</summary>
    internal IEnumerable<IGrouping<ModelName, ServedVersion>> Models => All.GroupBy(static version => version.Settings.Model);

    internal ServedVersion? Find(ModelName model, ModelVersion version) => byName.GetValueOrDefault((model, version));

    public void Dispose()
    {
        foreach (var version in All)
            version.Dispose();
    }
}
