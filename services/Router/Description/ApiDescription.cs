using Microsoft.AspNetCore.Http;

namespace ModelServing.Router.Description;

/// <summary>Answers with the API's description in the form of OpenAPI, <c>openapi.json</c> in this folder. A test checks it against what
/// the routes do.</summary>
internal static class ApiDescription
{
    private static readonly byte[] Document = Read();

    internal static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Document.Length;
        return context.Response.Body.WriteAsync(Document, context.RequestAborted).AsTask();
    }

    private static byte[] Read()
    {
        using var stream = typeof(ApiDescription).Assembly.GetManifestResourceStream("openapi.json")!;
        var document = new byte[stream.Length];
        stream.ReadExactly(document);
        return document;
    }
}
