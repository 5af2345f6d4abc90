using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Inference.Models;
using ModelServing.OnlineStore;
using ModelServing.Registry;

namespace ModelServing.Inference.Features;

/// <summary>The feature views of the model: their definitions from the registry, and whether they are filled.</summary>
/// <param name="settings">The version and the environment.</param>
/// <param name="store">The registry's store.</param>
/// <param name="time">Measures how long the cache can't be read.</param>
/// <param name="cache">The cache with the views' states; null if the settings name none.</param>
internal sealed class ModelViews(VersionSettings settings, IObjectStore store, TimeProvider time, FeatureCache? cache = null)
{
    /// <summary>How long a version that starts waits for a cache that can't be read.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private long? failing;

    /// <summary>Loads the views that a model was trained with.</summary>
    /// <exception cref="ModelException">A view is not the one that the model was trained with, or does not fit it.</exception>
    /// <exception cref="RegistryException">The registry can't be read now, or does not have a view yet.</exception>
    internal async Task<FeaturePlan> LoadAsync(LoadedModel model, ModelFeatures features, CancellationToken cancellation)
    {
        if (cache is null)
        {
            throw new ModelException(
                $"{settings} uses features, so it needs {CacheSettings.AddressesVariable} " +
                $"({CacheSettings.Form})");
        }

        var views = new List<ViewStore>();
        foreach (var view in features.Views)
        {
            var definition = await ReadAsync(view, cancellation);
            if (definition.Digest != view.Digest)
            {
                throw new ModelException(
                    $"{settings} was trained with {view} of {view.Digest}, but the one that is served " +
                    $"is of {definition.Digest}");
            }

            views.Add(new ViewStore(new FeatureEngine(definition), cache.Values, settings.Host.Environment));
        }

        return FeaturePlan.Create(model, features, views);
    }

    /// <summary>Says which view is not filled yet; null if all are. While the cache can't be read, that is unknown. After
    /// <see cref="Patience"/> it counts as filled, so that a version which restarts serves defaults, like those that did not
    /// restart.</summary>
    internal async Task<string?> FindUnfilledAsync(FeaturePlan plan, CancellationToken cancellation)
    {
        try
        {
            foreach (var view in plan.Views)
            {
                if (await view.Store.FindMarkerAsync(cancellation) is null)
                    return $"the feature view {view.Id} is not filled from the event log yet";
            }

            return null;
        }
        catch (CacheException e)
        {
            failing ??= time.GetTimestamp();
            return time.GetElapsedTime(failing.Value) < Patience ? e.Message : null;
        }
    }

    private async Task<ViewDefinition> ReadAsync(ModelView view, CancellationToken cancellation)
    {
        if (!ViewName.TryParse(view.View, out var name))
            throw new ModelException($"features.views names '{view.View}', which is not a view's name");
        return await new PublishedViews(store).ReadAsync(new ViewId(name, view.Version), cancellation);
    }
}
