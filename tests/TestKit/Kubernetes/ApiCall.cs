using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Kubernetes;

/// <summary>A call to the Kubernetes API.</summary>
public sealed class ApiCall
{
    private const string NameSelector = "metadata.name=";

    internal ApiCall(HttpContext context)
    {
        var query = context.Request.Query;
        IsWatch = query["watch"] == "true";
        ResourceVersion = query["resourceVersion"] is [{ Length: > 0 } version] ? version : null;
        TakesBookmarks = query["allowWatchBookmarks"] == "true";
        TimeoutSeconds = int.TryParse(query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
        var selector = query["fieldSelector"].ToString();
        var selectsName = selector.StartsWith(NameSelector, StringComparison.Ordinal) && !selector.Contains(',', StringComparison.Ordinal);
        Name = selectsName ? selector[NameSelector.Length..] : null;
        var header = context.Request.Headers.Authorization.ToString();
        Token = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : null;
    }

    /// <summary>Whether the call is a watch and not a list.</summary>
    public bool IsWatch { get; }

    /// <summary>The one name that the call selects; null if it selects otherwise.</summary>
    public string? Name { get; }

    /// <summary>The resource version that the call names, or null.</summary>
    public string? ResourceVersion { get; }

    /// <summary>Whether the call accepts bookmarks.</summary>
    public bool TakesBookmarks { get; }

    /// <summary>How long the server may keep the watch open, in seconds; null if the call sets no limit.</summary>
    public int? TimeoutSeconds { get; }

    /// <summary>The bearer token, or null.</summary>
    public string? Token { get; }
}
