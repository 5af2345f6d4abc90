using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting;

/// <summary>Answers the requests of another protocol by means of the host's own paths.</summary>
public interface IHostFront
{
    /// <summary>Answers such requests, and passes on all others.</summary>
    /// <param name="next">Answers the host's own requests.</param>
    RequestDelegate Before(RequestDelegate next);
}
