using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts.Features;
using ModelServing.FeatureServer.Events;

namespace ModelServing.FeatureServer.Views;

/// <summary>Answers which views the server fills, and how they are defined.</summary>
internal sealed class ViewsApi(ServedViewTable views, OpenLog open)
{
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    internal Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(
        context,
        new ServedViews(
            open.Current?.LastSequence ?? 0,
            open.Current?.UnshippedEvents ?? 0,
            [.. views.All.Select(static view => new ServedView(
                view.Name.View,
                view.Name.Version,
                view.Reading?.Engine.Digest,
                view.Follower?.IsFilled ?? false,
                view.Follower?.AppliedTo ?? 0))]).ToUtf8());

    internal Task DefinitionAsync(HttpContext context)
    {
        if (Find(context, out var refusal) is not { Reading: { } loaded })
            return refusal!.Problem.WriteAsync(context, refusal.Detail, retryAfter: refusal.RetryAfter);
        context.Response.Headers.ETag = $"\"{loaded.Engine.Digest}\"";
        return JsonAnswer.WriteAsync(context, loaded.Engine.Definition.ToUtf8());
    }

    /// <summary>Finds the view of a request's path; if it is not loaded, the refusal says why.</summary>
    internal LoadedView? Find(HttpContext context, out Refusal? refusal)
    {
        var (name, number) = ((string?)context.Request.RouteValues["view"], (string?)context.Request.RouteValues["version"]);
        refusal = null;
        var found = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? Find(name ?? "", version, out refusal)
            : null;
        refusal ??= found is null ? new Refusal(Problems.UnknownView, $"'{number}' is not a version") : null;
        return found;
    }

    internal LoadedView? Find(string name, int version, out Refusal? refusal)
    {
        var found = views.Find(name, version);
        refusal = found switch
        {
            null => new Refusal(Problems.UnknownView, $"This server does not fill version {version} of the view '{name}'"),
            { Reading: null } => new Refusal(
                Problems.ViewNotLoaded, $"The definition of {found.Name} is not loaded yet; the server's log has the reason", SoonAgain),
            _ => null,
        };
        return refusal is null ? found : null;
    }
}
