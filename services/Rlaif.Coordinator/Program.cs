using Rlaif.Coordinator;
using Rlaif.Hosting;

await RlaifHost.Run(CoordinatorService.Module);
