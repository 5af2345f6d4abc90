using ModelServing.Hosting;

namespace ModelServing.Router.Routing;

/// <summary>Where a request goes, or the problem that answers it and the detail of that.</summary>
internal readonly record struct RouteResult(RoutedRequest Request, Problem? Problem, string Detail)
{
    internal static RouteResult To(in RoutedRequest request) => new(request, null, "");

    internal static RouteResult Refused(Problem problem, string detail) => new(default, problem, detail);
}
