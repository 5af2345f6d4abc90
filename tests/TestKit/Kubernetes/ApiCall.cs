using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Kubernetes;

/// <summary>A call of the Kubernetes API.</summary>
public sealed class ApiCall
{
    private const string OneName = "metadata.name=";

    internal ApiCall(HttpContext context)
    {
        var query = context.Request.Query;
        IsWatch = query["watch"] == "true";
        ResourceVersion = query["resourceVersion"] is [{ Length: > 0 } version] ? version : null;
        TakesBookmarks = query["allowWatchBookmarks"] == "true";
        TimeoutSeconds = int.TryParse(query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
        Name = query["fieldSelector"].ToString() is { } selector && selector.StartsWith(OneName, StringComparison.Ordinal) && !selector.Contains(',', StringComparison.Ordinal) ? selector[OneName.Length..] : null;
        Token = context.Request.Headers.Authorization.ToString() is { } header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;
    }

    /// <summary>Whether it is a watch, and not a list.</summary>
    public bool IsWatch { get; }

    /// <summary>The one name that it selects; null when it selects otherwise.</summary>
    public string? Name { get; }

    /// <summary>The version that it names; null for none.</summary>
    public string? ResourceVersion { get; }

    /// <summary>Whether it takes bookmarks.</summary>
    public bool TakesBookmarks { get; }

    /// <summary>How long the server is to keep it open, in seconds; null for as long as it likes.</summary>
    public int? TimeoutSeconds { get; }

    /// <summary>The bearer token; null for none.</summary>
    public string? Token { get; }
}
