using ModelServing.Settings;
using ModelServing.Settings.Cloud;
using Pulumi;
using Pulumi.Oci.Identity;

namespace ModelServing.Stacks;

/// <summary>Checks the regions of a stack file against those that the tenancy has. With a wrong home region, the first policy would fail in
/// the middle of an apply.</summary>
internal static class TenancyRegions
{
    /// <summary>Queries the tenancy. Fails the run with an error for each setting that names another region.</summary>
    internal static void Check(StackFile file, Resource stack, ProviderResource region)
    {
        var cloud = file.Cloud!;
        GetRegionSubscriptions.Invoke(
            new GetRegionSubscriptionsInvokeArgs { TenancyId = cloud.Tenancy }, new InvokeOptions { Provider = region })
            .Apply(found =>
            {
                foreach (var (path, problem) in Faults(cloud, found))
                {
                    var fault = file.Fault(path, problem);
                    Log.Error($"{fault.Path}: {fault.Message}", stack);
                }

                return true;
            });
    }

    private static IEnumerable<(string Path, string Problem)> Faults(CloudSettings cloud, GetRegionSubscriptionsResult found)
    {
        var regions = found.RegionSubscriptions.Select(static each => each.RegionName).Order(StringComparer.Ordinal).ToList();
        if (!regions.Contains(cloud.Region))
            yield return ("region", $"the tenancy is not subscribed to {cloud.Region}; it has {string.Join(", ", regions)}");
        var home = found.RegionSubscriptions.First(static each => each.IsHomeRegion).RegionName;
        if (cloud.HomeRegion is { } set && set != home)
            yield return ("homeRegion", $"the home region of the tenancy is {home}, not {set}");
        else if (cloud.HomeRegion is null && cloud.Region != home)
            yield return ("homeRegion", $"missing: the home region of the tenancy is {home}, not {cloud.Region}");
    }
}
