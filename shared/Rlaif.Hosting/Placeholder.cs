namespace Rlaif.Hosting;
