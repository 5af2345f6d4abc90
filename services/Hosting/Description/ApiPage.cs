using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting.Description;

/// <summary>The page that shows a host's <c>/openapi.json</c>, and sends requests. Style and script are a part of it, so it needs nothing
/// else, and its policy allows nothing else.</summary>
public static class ApiPage
{
    /// <summary>The path of the document that it shows.</summary>
    public const string Document = "/openapi.json";

    /// <summary>Its own path.</summary>
    public const string Path = "/openapi.html";

    private static readonly string Style = Read("page.css");
    private static readonly string Script = Read("page.js");

    private static readonly byte[] Page = Encoding.UTF8.GetBytes(Read("page.html")
        .Replace("/* style */", Style, StringComparison.Ordinal)
        .Replace("/* script */", Script, StringComparison.Ordinal));

    private static readonly string Policy =
        $"default-src 'none'; script-src {HashOf(Script)}; style-src {HashOf(Style)}; connect-src 'self'; " +
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Adds the page and the document.</summary>
    /// <param name="app">The host.</param>
    /// <param name="answerDocument">Answers a request for <see cref="Document"/>, which differs from host to host.</param>
    public static void Map(WebApplication app, RequestDelegate answerDocument)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Map(Document, AllowedMethods.Only(answerDocument, HttpMethods.Get));
        app.Map(Path, AllowedMethods.Only(AnswerAsync, HttpMethods.Get));
    }

    private static Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        // A new build has another page at the same address.
        headers.CacheControl = "no-cache";
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = Page.Length;
        return context.Response.Body.WriteAsync(Page, context.RequestAborted).AsTask();
    }

    private static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(ApiPage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
